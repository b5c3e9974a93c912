//! Distributions, designs and draws.
