//! Orders stages, checks what each needs and gives, runs them in parallel
