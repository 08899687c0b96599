//! cuba.h
