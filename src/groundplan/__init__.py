"""groundplan: a compiler for databases, from a plan to an explained and proven design."""

__version__ = "0.1.0"
