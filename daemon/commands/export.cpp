// `dialerd export`: a campaign's finished leads, for whoever goes on with them.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/commands/csv_text.h"
#include "storage/finished_leads.h"

namespace dialerd::daemon::commands {
namespace {

// Standard output, or a file that is there as a whole or not at all: it is written beside its name and renamed.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path == "-" ? "" : path) {
    if (path_.empty()) {
      file_ = stdout;
      return;
    }
    (void)std::remove(part().c_str());
    const int descriptor = open(part().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0) file_ = fdopen(descriptor, "w");
    if (file_ == nullptr) error_ = errno;
  }
  ~Output() {
    if (path_.empty() || file_ == nullptr) return;
    (void)std::fclose(file_);
    (void)std::remove(part().c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool write(const std::string& text) {
    if (file_ == nullptr) return false;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) error_ = errno;
    return error_ == 0;
  }
  bool finish() {
    if (file_ == nullptr || error_ != 0) return false;
    if (std::fflush(file_) != 0) error_ = errno;
    if (path_.empty() || error_ != 0) return error_ == 0;
    if (fsync(fileno(file_)) != 0 || std::fclose(file_) != 0) error_ = errno;
    file_ = nullptr;
    if (error_ == 0 && std::rename(part().c_str(), path_.c_str()) != 0) error_ = errno;
    if (error_ != 0) (void)std::remove(part().c_str());
    return error_ == 0;
  }
  std::string why() const { return std::strerror(error_); }

 private:
  std::string part() const { return path_ + ".part"; }

  std::string path_;  // empty: standard output
  std::FILE* file_ = nullptr;
  int error_ = 0;
};

}  // namespace

ExitCode export_leads(const ExportOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd export");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  ExitCode code = ExitCode::ok;
  const auto campaign = find_in_database(session, options.campaign, code);
  if (!campaign) return code;

  Output output(options.out);
  bool written = output.write(options.json ? "" : csv_record(storage::finished_lead_columns()));
  storage::ExportFilter filter;
  if (!options.since.empty()) filter.since = options.since;
  filter.full_numbers = options.full_numbers;
  const auto read = storage::read_finished_leads(session, *campaign, filter, options.json,
                                                 [&](const std::vector<std::vector<std::string>>& page) {
                                                   std::string text;
                                                   for (const auto& row : page)
                                                     text += options.json ? row[0] + "\n" : csv_record(row);
                                                   written = written && output.write(text);
                                                   return written;
                                                 });
  if (read.has_error()) {
    complain(read.error().message);
    return exit_code_of(read.error());
  }
  if (written && output.finish()) return ExitCode::ok;
  complain((options.out.empty() ? "standard output" : options.out) + " cannot be written: " + output.why());
  return ExitCode::failed;
}

}  // namespace dialerd::daemon::commands
