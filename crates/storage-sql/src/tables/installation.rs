use elizabeth_core::{
    installation::{Installation as Whole, InstallationId},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, Query};

use crate::{
    part::record,
    statement::statement,
    table::{record, table},
};

table! {
    /// What is true of the whole installation: one row, which the migration adds.
    Installation { id, blobs_marked, removed_until, probed_at }
}

record! {
    Whole of Installation { id, blobs_marked, removed_until }
}

statement! {
    Known = "installation" {} -> Whole {
        record().select(|query| query.from(Installation::Table))
    }
}

statement! {
    /// One that has a name keeps it.
    Name = "name_installation" { id: InstallationId } {
        Query::update()
            .table(Installation::Table)
            .value(Installation::id, id)
            .and_where(Expr::col(Installation::id).is_null())
    }
}

statement! {
    MarkBlobs = "mark_blobs" {} {
        Query::update().table(Installation::Table).value(Installation::blobs_marked, Expr::cust("1"))
    }
}

statement! {
    SetRemovedUntil = "set_removed_until" { until: Timestamp } {
        Query::update().table(Installation::Table).value(Installation::removed_until, until)
    }
}

statement! {
    Probe = "probe" { now: Timestamp } {
        Query::update().table(Installation::Table).value(Installation::probed_at, now)
    }
}
