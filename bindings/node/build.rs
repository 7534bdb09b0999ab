//! Sets how an addon is linked: its Node symbols are those of the process that loads it.

fn main() {
    napi_build::setup();
}
