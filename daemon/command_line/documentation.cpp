// What is made from the command line's own definition: completion for shells, and manual pages.
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "daemon/command_line/completion.h"
#include "daemon/command_line/manual.h"
#include "daemon/command_line/shape.h"
#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::command_line {
namespace {

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[sizeof "2026-11-25"];
  std::strftime(text, sizeof text, "%F", &parts);
  return text;
}

ExitCode write_manual(const CLI::App& app, const std::filesystem::path& folder, const std::string& date) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const Page& page : manual_pages(shape_of(app), date.empty() ? today() : date)) {
    std::ofstream file(folder / page.file);
    file << page.text;
    file.close();
    if (!file) {
      commands::complain("cannot write " + (folder / page.file).string());
      return ExitCode::failed;
    }
  }
  return ExitCode::ok;
}

void add_manual(Tree& tree) {
  struct Arguments {
    std::string folder;
    std::string date;
  };
  auto manual = std::make_shared<Arguments>();
  CLI::App* command = tree.app.add_subcommand("manual", "Write the manual pages of section 1")->group("");
  command->add_option("folder", manual->folder, "where to write them")->type_name("DIRECTORY")->required();
  command->add_option("--date", manual->date, "the pages' date; default: today");
  command->callback([&tree, manual] {
    tree.chosen = [&tree, manual] { return write_manual(tree.app, manual->folder, manual->date); };
  });
}

void add_completion(Tree& tree) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = tree.app.add_subcommand("completion", "Print a shell's completion script");
  command->add_option("shell", *shell, "whose script")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([&tree, shell] {
    tree.chosen = [&tree, shell] {
      const Command program = shape_of(tree.app);
      std::cout << (*shell == "bash" ? bash_completion(program) : zsh_completion(program));
      return ExitCode::ok;
    };
  });

  auto complete = std::make_shared<commands::CompleteOptions>();
  command = tree.add("complete", "Print the names that a completion script offers")->group("");
  command->add_option("names", complete->names, "which")->required()->check(CLI::IsMember({"campaigns", "accounts"}));
  tree.does(command, complete, commands::complete);
}

}  // namespace

void add_documentation(Tree& tree) {
  add_completion(tree);
  add_manual(tree);
}

}  // namespace dialerd::daemon::command_line
