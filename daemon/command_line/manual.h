// The manual pages of section 1, in the macros of man(7): dialerd.1, and one for each subcommand, dialerd-check.1. What
// is below a subcommand (`suppress add`) is described in its page.
#pragma once

#include <string>
#include <vector>

#include "daemon/command_line/shape.h"

namespace dialerd::daemon::command_line {

struct Page {
  std::string file;  // "dialerd-check.1"
  std::string text;
};

// `date`: the pages' date, "2026-11-25".
std::vector<Page> manual_pages(const Command& program, const std::string& date);

}  // namespace dialerd::daemon::command_line
