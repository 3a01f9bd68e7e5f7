//! Golden values: our numbers against PyTorch's and the written-out formulas'.
//!
//! `golden/make.py` made the files; it states versions, rules and tolerances.

mod golden {
    mod architectures;
    mod batch_norm;
    mod methods;
    mod mnemonic;
    mod operations;
    mod reference;
}
