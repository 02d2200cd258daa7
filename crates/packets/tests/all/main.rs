//! Tests of the room through its front: bytes made by hand in, packets out.
#![cfg(test)]

mod build;
mod captures;
mod fragments;
mod hostile;
mod links;
mod network;
mod seen;
mod tunnels;
