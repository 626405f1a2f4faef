"""What access patterns cost under a layout: effort counted, then weighed by coefficients that were measured."""
