//! A program of a crate and, with --cfg mixed, of C.

extern crate twice;

#[cfg(mixed)]
extern "C" {
    fn sum(a: i32, b: i32) -> i32;
}

fn main() {
    let table = ["one", "two", "three"];
    println!("{}", table[twice::twice(std::env::args().count()) % table.len()]);
    #[cfg(mixed)]
    println!("{}", unsafe { sum(1, 2) });
}
