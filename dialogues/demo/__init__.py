"""The demo's world: real places, huvudmän that are plainly examples, people, and a cycle under way."""
