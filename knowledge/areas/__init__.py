"""Areas, estates and addresses: which grid something lies in, and who looks after it."""

from knowledge.areas.gazetteer import Gazetteer
from knowledge.areas.model import COMMUNITIES, KINDS, Building, Estate, Found, Node
from knowledge.areas.tree import Then, Version, as_of, holds, went
from knowledge.areas.words import label_of, normal, taken_apart

__all__ = ["COMMUNITIES", "KINDS", "Building", "Estate", "Found", "Gazetteer", "Node", "Then", "Version", "as_of",
           "holds", "label_of", "normal", "taken_apart", "went"]  # fmt: skip
