// Judges a finished simulation by what the provider and the store hold, with rules of its own.
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace dialerd::simulation {

// What was broken, in words; empty: nothing.
std::vector<std::string> check(const World& world);

}  // namespace dialerd::simulation
