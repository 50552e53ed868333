//! Real servers for the tests of the other crates: started where a test needs one, gone with it.

mod s3;

pub use s3::S3;
