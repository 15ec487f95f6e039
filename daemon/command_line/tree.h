// The one definition of the command line: help, shell completion and manual pages are made from it.
//
// Each subject has a source in this folder that adds its subcommands. Options are parsed into a struct of
// daemon/commands/, which lives as long as the tree.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "daemon/exit_code.h"

namespace dialerd::daemon::command_line {

class Tree {
 public:
  Tree();

  // A subcommand that reads the daemon's configuration. `below`: of this one; null: of dialerd itself.
  CLI::App* add(const char* name, const char* description, CLI::App* below = nullptr);

  // What the subcommand does. `Options` has a member `config`.
  template <typename Options>
  void does(CLI::App* command, std::shared_ptr<Options> options, ExitCode (*carry_out)(const Options&)) {
    command->callback([this, options, carry_out] {
      chosen = [this, options, carry_out] {
        options->config = config;
        return carry_out(*options);
      };
    });
  }

  CLI::App app;
  std::string config;                // --config, of whichever subcommand
  std::function<ExitCode()> chosen;  // set when arguments were parsed
};

// configuration.cpp: check, init, schema, policies
void add_configuration(Tree& tree);
// campaigns.cpp: plan, start, pause, resume, stop
void add_campaigns(Tree& tree);
// leads.cpp: import, why, resolve, suppress
void add_leads(Tree& tree);
// reports.cpp: status, report
void add_reports(Tree& tree);
// service.cpp: migrate, run, reload
void add_service(Tree& tree);
// documentation.cpp: completion, and hidden: complete, manual
void add_documentation(Tree& tree);

}  // namespace dialerd::daemon::command_line
