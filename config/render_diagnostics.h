// What is wrong with files, as text for a person, as JSON for a program, or as GitHub's workflow commands. Pure.
#pragma once

#include <span>
#include <string>

#include "config/load.h"

namespace dialerd::config {

// In the style of a compiler, each followed by a blank line:
//
//   spring.yaml:12:13: error: 'per_hour' must be a whole number, not 'many'
//      12 |   per_hour: many
//         |             ^~~~
//         = help: write digits alone, such as 1
//
// The caret stands under the value or key even where wide characters precede it. Of a long line the part around the
// place is shown. `colour`: with ANSI colours.
std::string render_text(std::span<const Diagnostic> diagnostics, bool colour);

// "3 errors in 2 files\n", "3 errors and 1 warning in 2 files\n"
std::string render_summary(std::span<const Diagnostic> diagnostics);

// An array of objects with the keys file, line, column, severity, message and help; line and column are 0 when the file
// as a whole is meant. Bytes that are not UTF-8 become U+FFFD.
std::string render_json(std::span<const Diagnostic> diagnostics);

// One `::error file=...,line=...,col=...::message` (or `::warning`) a line, as GitHub Actions reads them from a step's
// output.
std::string render_github(std::span<const Diagnostic> diagnostics);

}  // namespace dialerd::config
