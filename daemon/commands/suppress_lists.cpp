// `dialerd suppress load` and `lists`: suppression lists that are kept elsewhere and loaded as a whole.
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

#include <date/date.h>

#include "config/names.h"
#include "config/units.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/commands/table.h"
#include "daemon/import/byte_source.h"
#include "daemon/import/number_list.h"
#include "daemon/import/progress_bar.h"
#include "storage/suppression.h"

namespace dialerd::daemon::commands {
namespace {

constexpr std::size_t rejects_shown_max = 5;

struct Rejects {
  std::int64_t count = 0;
  std::vector<std::string> first;               // "row 7: not a phone number"
  std::map<std::string, std::int64_t> reasons;  // how many by reason
};

bool is_name(const std::string& text) {
  config::Diagnostics diagnostics("");
  if (config::check_name(text, {}, "a suppression list", diagnostics)) return true;
  const config::Diagnostic problem = diagnostics.take().front();
  complain(problem.what + "; " + problem.remedy);
  return false;
}

std::string rows(std::int64_t count) { return import::grouped(count) + (count == 1 ? " row" : " rows"); }

// The file's numbers for the database, once from beginning to end each time that they are asked for.
class ListFile {
 public:
  explicit ListFile(const SuppressLoadOptions& options) : options_(options) {}

  storage::Result<void> read(const std::function<void(std::string_view)>& add) {
    if (std::exchange(read_before_, true) && options_.file == "-") {
      return failure("the connection was lost, and standard input cannot be read again: run the command again");
    }
    rejects_ = {};
    rows_read_ = 0;
    import::FileSource source(options_.file);
    if (!source.is_open()) return failure("cannot open " + options_.file.string() + ": " + source.error());
    import::NumberList list(source, options_.region, options_.column);
    if (!list.problem().empty()) return failure(list.problem());
    import::ListedNumber number;
    while (list.next(number)) {
      ++rows_read_;
      if (number.reason.empty()) {
        add(options_.region + number.digits);
      } else {
        reject(number);
      }
    }
    if (list.failed()) return failure("the file cannot be read to its end: " + source.error());
    if (rejects_.count > 0 && !options_.skip_invalid) {
      return failure(rows(rejects_.count) +
                     " without a good number; correct them, or leave them out with --skip-invalid");
    }
    if (rejects_.count == rows_read_) {
      return failure("the file has no numbers, which is more often a broken export than an empty list");
    }
    return {};
  }

  const Rejects& rejects() const { return rejects_; }
  std::int64_t rows_read() const { return rows_read_; }
  // Why the file itself ended the load; empty: it did not.
  const std::string& problem() const { return problem_; }

 private:
  storage::Error failure(std::string problem) {
    problem_ = std::move(problem);
    return {storage::ErrorKind::refused, problem_, ""};
  }

  void reject(const import::ListedNumber& number) {
    ++rejects_.count;
    ++rejects_.reasons[number.reason];
    if (rejects_.first.size() < rejects_shown_max) {
      rejects_.first.push_back("row " + std::to_string(number.row) + ": " + number.reason);
    }
  }

  const SuppressLoadOptions& options_;
  bool read_before_ = false;
  Rejects rejects_;
  std::int64_t rows_read_ = 0;
  std::string problem_;
};

void print(std::ostream& out, const Rejects& rejects) {
  for (const std::string& reject : rejects.first) out << reject << '\n';
  if (rejects.count <= std::ssize(rejects.first)) return;
  out << "...\n";
  for (const auto& [reason, count] : rejects.reasons) out << "  " << rows(count) << ": " << reason << '\n';
}

// In two units at most: to the minute, and from a day on to the hour.
std::string age(std::chrono::seconds age) {
  using namespace std::chrono;
  if (age >= days(1)) return config::format_duration(floor<hours>(age));
  if (age >= hours(1)) return config::format_duration(floor<minutes>(age));
  return config::format_duration(age);
}

}  // namespace

ExitCode suppress_load(const SuppressLoadOptions& options) {
  if (!is_name(options.list)) return ExitCode::failed;
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd suppress");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  if (const auto schema = session.check_schema(); schema.has_error()) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }
  const std::string source = !options.source.empty() ? options.source
                             : options.file == "-"   ? "standard input"
                                                     : options.file.filename().string();
  ListFile file(options);
  const storage::Result<storage::ListLoad> load =
      load_suppression_list(session, options.list, {}, source,
                            [&](const std::function<void(std::string_view)>& add) { return file.read(add); });
  if (load.has_error()) {
    print(std::cerr, file.rejects());
    complain((file.problem().empty() ? load.error().message : file.problem()) + "; the list " + options.list +
             " is as it was");
    return exit_code_of(load.error());
  }
  std::cout << options.list << ": " << import::grouped(load->entries) << (load->entries == 1 ? " number" : " numbers")
            << " from " << rows(file.rows_read()) << " (" << import::grouped(load->added) << " new, "
            << import::grouped(load->removed) << " no longer on it)\n";
  if (file.rejects().count > 0) {
    std::cout << rows(file.rejects().count) << " left out:\n";
    print(std::cout, file.rejects());
  }
  std::cout << "It holds from the next claim on. Calls that are claimed already are checked again before they leave.\n";
  return ExitCode::ok;
}

ExitCode suppress_lists(const SuppressListsOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd suppress");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  const auto lists = suppression_lists(session);
  if (lists.has_error()) {
    complain(lists.error().message);
    return exit_code_of(lists.error());
  }
  storage::Table table;
  table.title = "Suppression lists";
  table.columns = {"list", "numbers", "loaded (UTC)", "age", "source"};
  for (const storage::SuppressionList& list : *lists) {
    table.rows.push_back({list.name, std::to_string(list.entries),
                          date::format("%F %H:%M", date::floor<std::chrono::minutes>(list.loaded)), age(list.age),
                          list.source});
  }
  print(std::cout, table);
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
