//! A relation erased: planned on a snapshot, applied in one transaction, then searched for in the bytes that are left.
//!
//! 1. [`Plan::for_relation`] walks every link of a [`crate::schema::CompleteMap`] from the relation's own row and says
//!    of each row that it meets what happens to it. The plan is a value: it is shown, and compared with a second one
//!    that is made inside the transaction.
//! 2. [`apply`] deletes and changes exactly the rows of the plan.
//! 3. [`Removal`] makes the erased values leave the engine's files, as far as the search says that it is needed.
//! 4. [`Certificate`] says what was done, without a word of what it was done to.

mod apply;
mod belonging;
mod blank;
mod certificate;
mod file;
mod held;
mod links;
mod memory;
mod needles;
mod owed;
mod owners;
mod plan;
mod removal;
mod row;
mod suppression;
mod target;
mod verdict;
mod walk;

pub use apply::apply;
pub use belonging::rows_of;
pub use blank::is_emptied;
pub use certificate::{Certificate, Ending, Facts, Summary};
pub use file::{FileRef, file_folders, remove_files};
pub use held::{Held, HeldRow, HeldRows, of_plan as held_by};
pub use links::{How, Inbound, inbound, key_of, shown};
pub use memory::{Memory, Remembered};
pub use needles::{Bytes, bytes};
pub use owed::{Begun, Debt, Item, Owed};
pub use owners::erased_at;
pub use plan::{Cost, Kept, Options, Plan, TablePlan};
pub use removal::{Removal, Removed};
pub use row::{Act, New, Row, RowId, encoded, read};
pub use suppression::{Suppressed, Suppression, YEARS};
pub use target::RelationRef;
