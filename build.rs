//! The scenarios are embedded in the binary: a file added to the folder calls for a new build.
fn main() {
    println!("cargo:rerun-if-changed=scenarios");
}
