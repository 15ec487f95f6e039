// What a person is told when an import has ended. No phone number and no other content of the file is in it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/import/importer.h"

namespace dialerd::daemon::import {

struct SummaryContext {
  std::string file;
  std::string campaign;
  char delimiter = ',';
  bool dry_run = false;
  std::chrono::duration<double> elapsed{};
  std::optional<std::string> rejects_file{};  // where the rejected rows were written to
};

// Several lines, each with its line end.
std::string summary_text(const Summary& summary, const SummaryContext& context);

// The sentences for standard error about an import that did not come to the file's end; empty when it did.
std::string failure_text(const Summary& summary);

}  // namespace dialerd::daemon::import
