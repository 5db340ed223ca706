//! `policy`: the rules for passwords, beside what the norms say, and for whom they are in force.
