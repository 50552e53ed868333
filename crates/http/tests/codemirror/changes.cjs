// Reads cases, a line each: a text, and two sequences of changes of it. Writes what CodeMirror makes of them.
const { ChangeSet, Text } = require("@codemirror/state");
const { createInterface } = require("node:readline");

const composed = (changes) => changes.map((json) => ChangeSet.fromJSON(json)).reduce((all, change) => all.compose(change));

async function main() {
  let answers = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const { text, mine, theirs } = JSON.parse(line);
    const doc = Text.of(text.split(/\r\n?|\n/));
    const [a, b] = [composed(mine), composed(theirs)];
    const [behind, before] = [a.map(b), b.map(a, true)];
    answers.push(JSON.stringify({
      composed: [a, b],
      mapped: [behind, before, a.map(b, true), b.map(a)],
      texts: [a.apply(doc).toString(), b.apply(doc).toString(), b.compose(behind).apply(doc).toString(), before.apply(a.apply(doc)).toString()],
    }));
    if (answers.length === 1000) {
      process.stdout.write(answers.join("\n") + "\n");
      answers = [];
    }
  }
  process.stdout.write(answers.map((answer) => answer + "\n").join(""));
}

main();
