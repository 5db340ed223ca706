//! Guesses per second with Argon2id, beside libargon2 in the same minute: `cargo bench --bench guess`.
//!
//! Set `LIBARGON2` to a shared library (`/usr/lib/x86_64-linux-gnu/libargon2.so.1` by default) and `ARGON2_CFFI` to a
//! Python that has argon2-cffi; what is not there is left out. Rates are per second of a thread's own processor time,
//! the median of interleaved rounds, so that a busy machine changes them little.

#![allow(clippy::disallowed_macros, reason = "a benchmark has no voice but its own")]

use crm_admin::password::scheme::{Hash, Hints, Memory, Scheme, recognise};
use std::ffi::{CString, c_char, c_int, c_void};
use std::process::Command;

const ROUNDS: usize = 5;
const GUESSES: usize = 30;

fn main() {
    for (memory, passes) in [(19_456, 2), (65_536, 3)] {
        compare(memory, passes);
    }
}

fn compare(memory: u32, passes: u32) {
    let stored = format!(
        "$argon2id$v=19$m={memory},t={passes},p=1$c29tZXNhbHQxMjM0NTY3OA$\
                          nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    );
    let Scheme::Known(hash) = recognise(&stored, &Hints::default()) else {
        unreachable!("it is well-formed")
    };
    let library = Library::open();
    let mut rates: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        rates[0].push(ours(&hash));
        rates[1].push(two(&hash));
        rates[2].extend(library.as_ref().map(|library| library.rate(memory, passes)));
        rates[3].extend(bindings(memory, passes));
    }
    let [one, both, library, bindings] = rates.map(median);
    println!("argon2id m={memory} t={passes} p=1, guesses per second of processor time");
    println!("  crm-admin, one thread          {one:7.1}");
    println!("  crm-admin, two threads, sum    {both:7.1}   {:.2} times one", both / one);
    for (name, rate) in [("libargon2", library), ("argon2-cffi", bindings)] {
        if rate.is_nan() {
            println!("  {name:<30} not there");
        } else {
            println!("  {name:<30} {rate:7.1}   crm-admin {:.2} times", one / rate);
        }
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn ours(hash: &Hash) -> f64 {
    let mut memory = Memory::default();
    let mut guess = |number: usize| {
        let candidate = format!("candidate {number}");
        std::hint::black_box(
            hash.recipe().compute(candidate.as_bytes(), &mut memory).expect("there is memory"),
        );
    };
    guess(0);
    timed(|| (0..GUESSES).for_each(&mut guess))
}

fn two(hash: &Hash) -> f64 {
    std::thread::scope(|scope| {
        let threads = [scope.spawn(|| ours(hash)), scope.spawn(|| ours(hash))];
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    })
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = thread_time();
    work();
    GUESSES as f64 / (thread_time() - start)
}

fn bindings(memory: u32, passes: u32) -> Option<f64> {
    let code = format!(
        "import time\nfrom argon2.low_level import hash_secret_raw as h, Type\n\
         h(b'x', b'somesalt12345678', {passes}, {memory}, 1, 32, Type.ID)\ns = time.thread_time()\n\
         for i in range({GUESSES}): h(b'candidate %d' % i, b'somesalt12345678', {passes}, {memory}, 1, 32, Type.ID)\n\
         print({GUESSES} / (time.thread_time() - s))"
    );
    let output = Command::new(std::env::var_os("ARGON2_CFFI")?).args(["-c", &code]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[repr(C)]
struct TimeSpec {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn clock_gettime(clock: c_int, time: *mut TimeSpec) -> c_int;
}

fn thread_time() -> f64 {
    const THREAD: c_int = 3;
    let mut time = TimeSpec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the structure is the one that 64-bit Linux fills in.
    unsafe { clock_gettime(THREAD, &mut time) };
    time.seconds as f64 + time.nanoseconds as f64 / 1e9
}

/// `argon2id_hash_raw(t, m, p, password, length, salt, length, hash, length)`.
type HashRaw = unsafe extern "C" fn(
    u32,
    u32,
    u32,
    *const c_void,
    usize,
    *const c_void,
    usize,
    *mut c_void,
    usize,
) -> c_int;

struct Library(HashRaw);

impl Library {
    fn open() -> Option<Self> {
        let usual = "/usr/lib/x86_64-linux-gnu/libargon2.so.1".to_owned();
        let path = CString::new(std::env::var("LIBARGON2").unwrap_or(usual)).ok()?;
        // SAFETY: both names end in a zero byte, and 2 is RTLD_NOW.
        let function = unsafe {
            let library = dlopen(path.as_ptr(), 2);
            if library.is_null() { library } else { dlsym(library, c"argon2id_hash_raw".as_ptr()) }
        };
        // SAFETY: this is the function's documented signature.
        (!function.is_null())
            .then(|| Library(unsafe { std::mem::transmute::<*mut c_void, HashRaw>(function) }))
    }

    fn rate(&self, memory: u32, passes: u32) -> f64 {
        let guess = |number: usize| {
            let (candidate, salt, mut sum) = (format!("candidate {number}"), b"somesalt12345678", [0_u8; 32]);
            let (text, length) = (candidate.as_ptr().cast(), candidate.len());
            // SAFETY: each pointer comes with the length of what it points to.
            let status = unsafe {
                (self.0)(
                    passes,
                    memory,
                    1,
                    text,
                    length,
                    salt.as_ptr().cast(),
                    16,
                    sum.as_mut_ptr().cast(),
                    32,
                )
            };
            assert_eq!(status, 0, "libargon2 refused");
            std::hint::black_box(sum);
        };
        guess(0);
        timed(|| (0..GUESSES).for_each(guess))
    }
}
