// `dialerd reload`: every daemon of the database reads its configuration again.
#include "storage/reload.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <thread>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {
namespace {

constexpr std::chrono::milliseconds look_interval{200};

// The lines of an answer, below the daemon that gave it.
void print(const storage::ReloadAnswer& answer) {
  std::cout << answer.owner << (answer.ok ? ": applied\n" : ": not applied\n");
  std::string text = answer.text;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3) text.replace(at, 1, "\n  ");
  if (!text.empty()) std::cout << "  " << text << '\n';
  std::cout.flush();
}

}  // namespace

ExitCode reload(const ReloadOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd reload");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  auto asked = storage::ask_reload(session, options.by.empty() ? operator_name() : options.by);
  if (!asked) {
    complain(asked.error().message);
    return exit_code_of(asked.error());
  }
  if (asked->daemons.empty()) {
    std::cout << "no daemon runs: the next one that starts reads the files\n";
    return ExitCode::ok;
  }
  if (!options.wait) {
    std::cout << "asked " << asked->daemons.size() << (asked->daemons.size() == 1 ? " daemon" : " daemons")
              << " to read their configuration again; with --wait you see what they answer\n";
    return ExitCode::ok;
  }

  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{options.timeout};
  std::map<std::string, bool> answered;  // by daemon: whether it worked
  std::vector<std::string> gone;
  auto silent = [&] {
    std::vector<std::string> names = asked->daemons;
    std::erase_if(names, [&](const std::string& name) {
      return answered.contains(name) || std::find(gone.begin(), gone.end(), name) != gone.end();
    });
    return names;
  };
  while (!silent().empty() && std::chrono::steady_clock::now() < deadline) {
    // Before the answers: one that answered and then ended has answered.
    auto ended = storage::silent_daemons(session, silent());
    if (!ended) {
      complain(ended.error().message);
      return exit_code_of(ended.error());
    }
    auto answers = storage::reload_answers(session, asked->id);
    if (!answers) {
      complain(answers.error().message);
      return exit_code_of(answers.error());
    }
    for (const storage::ReloadAnswer& answer : *answers) {
      if (answered.emplace(answer.owner, answer.ok).second) print(answer);
    }
    for (const std::string& name : *ended) {
      if (answered.contains(name)) continue;
      gone.push_back(name);
      complain(name + " has not answered, and is not heard of any more; when it is started again it reads its files");
    }
    if (!silent().empty()) std::this_thread::sleep_for(look_interval);
  }
  for (const std::string& name : silent()) {
    complain(name + " has not answered within " + std::to_string(options.timeout) + " s; what it does, its log says");
  }
  const bool all_good = std::all_of(answered.begin(), answered.end(), [](const auto& one) { return one.second; });
  return all_good && gone.empty() && silent().empty() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace dialerd::daemon::commands
