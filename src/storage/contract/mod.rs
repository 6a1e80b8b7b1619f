//! What every back end must do, told by tests that know nothing of any of them: MongoDB's meaning of a query, and what
//! [`Storage`](super::Storage) promises of writes.
//!
//! A back end calls `contract!(open)` in its own tests; `open` is an `async fn() -> Option<Bed>` that makes an empty database,
//! or says that there is none to be had here (and prints why).

pub mod arrays;
pub mod atomic;
pub mod bulk;
pub mod claims;
pub mod concurrent;
pub mod deadlines;
pub mod distinct;
pub mod generate;
pub mod geo;
pub mod groups;
pub mod guards;
pub mod json;
pub mod kit;
pub mod logic;
pub mod nulls;
pub mod ops;
pub mod order;
pub mod paths;
pub mod random;
pub mod regex;
pub mod relations;
pub mod rows;
pub mod schemas;
pub mod unique;
pub mod wild;
pub mod writes;

/// Makes a test of each function that is listed here; the compiler complains of one that is not.
macro_rules! contract {
    ($open:ident) => {
        contract!($open, random: round_trips agrees_with_matching json_agrees_with_objects);
    };
    ($open:ident, random: $($random:ident)+) => {
        contract!(@tests $open:
            rows { keeps_every_type keeps_the_order_of_keys keeps_extremes windows unknown_class };
            nulls { scalars below_objects in_lists ranges };
            arrays { equality demands contained whole ranges };
            order { across_types arrays_by_their_ends several_keys texts columns };
            paths { objects lists_of_objects places typed_columns pointers };
            regex { patterns options lists other_types refused };
            geo { near circles boxes polygons intersections };
            distinct { counts values };
            logic { nested long_lists long_alternatives };
            writes { outcomes updates_one changes_all_that_match deletes_all_that_match internals };
            ops { numbers lists dotted wrong_types };
            guards { holds_or_not single_use absent_or_not absent_races };
            groups { reading writing };
            atomic { all all_or_none one_by_one };
            unique { names_the_field in_any_case missing_is_free below_a_column refuses_what_is_there ids };
            relations { entries with_writes removal };
            bulk { rows_in_order relations real_indexes };
            schemas { classes more_fields deleted_fields declared indexes dropped names };
            claims { once };
            deadlines { passed passes };
            concurrent { increments lists one_winner };
            json { agrees_with_objects };
        );
        contract!(@random $open: $($random)+);
    };
    (@tests $open:ident: $($area:ident { $($test:ident)+ };)+) => {
        $(mod $area { $(
            #[tokio::test]
            async fn $test() {
                if let Some(db) = super::$open().await {
                    $crate::storage::contract::$area::$test(&db).await;
                }
            }
        )+ })+
    };
    (@random $open:ident: $($test:ident)+) => {
        mod random { $(
            #[test]
            fn $test() {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                if let Some(db) = runtime.block_on(super::$open()) {
                    $crate::storage::contract::random::$test(&runtime, &db);
                }
            }
        )+ }
    };
}

pub(crate) use contract;
