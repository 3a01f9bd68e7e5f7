//! The command as its users meet it: arguments, output, exit codes, files.

mod audit;
mod bad_codes;
mod bad_data;
mod bad_model;
mod bad_request;
mod command;
mod compare;
mod demo;
mod device;
mod enrol;
mod evaluate;
mod forget;
mod gate;
mod help;
mod images;
mod interrupted;
mod many_models;
mod methods;
mod outputs;
mod same_bits;
mod secrets;
mod tensors;
mod text;
mod trained;
