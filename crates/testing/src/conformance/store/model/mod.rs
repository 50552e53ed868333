//! Any sequence of operations is answered as the memory store answers it.

mod ops;
mod world;

use std::sync::Arc;

use elizabeth_core::memory::MemoryStore;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use self::{
    ops::{Transaction, transactions},
    world::World,
};
use super::Bench;

/// Each on a store of its own.
const SEQUENCES: usize = 24;

/// How many smaller sequences are tried once one has failed.
const SIMPLIFICATIONS: usize = 60;

/// Sequences drawn at random, the same in every run. One that is answered in another way is made smaller before it
/// is reported.
pub async fn any_operations_answer_as_the_memory_store_does(bench: &Bench) {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for _ in 0..SEQUENCES {
        let mut tree = transactions().new_tree(&mut runner).unwrap();
        let Some(mut difference) = difference(bench, &tree.current()).await else { continue };
        let mut smallest = tree.current();
        let mut goes_on = tree.simplify();
        for _ in 0..SIMPLIFICATIONS {
            if !goes_on {
                break;
            }
            let smaller = tree.current();
            goes_on = match self::difference(bench, &smaller).await {
                Some(found) => {
                    (smallest, difference) = (smaller, found);
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        let steps: Vec<String> = smallest.iter().map(|transaction| format!("{transaction:?}")).collect();
        assert!(steps.is_empty(), "{difference}\nafter\n{}", steps.join("\n"));
    }
}

/// Runs a sequence on both; returns where the answers part.
async fn difference(bench: &Bench, sequence: &[Transaction]) -> Option<String> {
    let fixture = (bench.another)().await;
    let mut tested = World::new(fixture.store());
    let mut model = World::new(Arc::new(MemoryStore::new()));
    for transaction in sequence {
        let answers = tested.run(transaction).await;
        let expected = model.run(transaction).await;
        for (answer, expected) in answers.iter().zip(&expected) {
            if answer != expected {
                return Some(format!("answered: {answer}\nexpected: {expected}"));
            }
        }
        if answers.len() != expected.len() {
            return Some(format!("{} answers, {} expected", answers.len(), expected.len()));
        }
    }
    None
}
