#include "storage/session.h"

#include "failpoint/failpoint.h"

#include "storage/connection_string.h"
#include "storage/durability.h"
#include "storage/failure.h"
#include "storage/transaction.h"

namespace dialerd::storage {

class Session::Impl {
 public:
  explicit Impl(SessionSettings settings) : settings_(std::move(settings)) {}

  bool connected() const { return connection_ != nullptr; }
  void drop() { connection_.reset(); }

  // refused: the connection string is unreadable. Throws what libpqxx throws when the server cannot be reached.
  Result<void> connect() {
    Result<std::string> text = connection_string(settings_);
    if (text.has_error()) return text.error();
    connection_ = std::make_unique<pqxx::connection>(*text);
    forbid_silent_reconnect();
    settings_arrived_ = settings_.server_defaults || ask_whether_settings_arrived();
    if (settings_.must_be_durable) {
      Transaction transaction(*connection_);
      prepare(transaction);
      if (const auto faults = durability_faults(transaction); !faults.empty()) {
        return Error{ErrorKind::unavailable, "this server may lose commits: " + words_of(faults)};
      }
    }
    return {};
  }

  pqxx::connection& connection() { return *connection_; }

  // Before anything else in a transaction.
  void prepare(Transaction& transaction) const {
    if (!settings_arrived_) transaction.exec(transaction_settings_sql(settings_));
  }

 private:
  bool ask_whether_settings_arrived() {
    Transaction transaction(*connection_);
    return flag_at(transaction.exec(settings_arrived_sql)[0], 0);
  }

  // libpqxx 6 replaces a dead connection on its own wherever it notices one. Inside a transaction that would be another
  // session, where a COMMIT succeeds without what came before it.
  void forbid_silent_reconnect() {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection_->inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
  }

  SessionSettings settings_;
  std::unique_ptr<pqxx::connection> connection_;
  bool settings_arrived_ = true;
};

namespace {

class Turn {
 public:
  explicit Turn(std::atomic<std::uint64_t>& turns) : turns_(turns) { ++turns_; }
  ~Turn() { ++turns_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::atomic<std::uint64_t>& turns_;
};

}  // namespace

Session::Session(SessionSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Session::~Session() = default;

Result<void> Session::run(std::string_view doing, const std::function<Result<void>(Transaction&)>& work,
                          Repeat repeat) {
  const Turn turn(turns_);
  for (;;) {
    const bool reused = impl_->connected();
    Phase phase = Phase::before_commit;
    try {
      if (!reused) {
        Result<void> connected = impl_->connect();
        if (connected.has_error()) {
          impl_->drop();
          return connected;
        }
      }
      Transaction transaction(impl_->connection());
      impl_->prepare(transaction);
      Result<void> outcome = work(transaction);
      if (outcome.has_error()) return outcome;  // the transaction's destructor rolls back
      failpoint::hit(doing, "before_commit");
      phase = Phase::commit;
      transaction.commit();
      failpoint::hit(doing, "committed");
      return {};
    } catch (...) {
      Failure failure = classify(doing, phase, std::current_exception());
      impl_->drop();  // after any surprise: a fresh connection costs milliseconds, a confused one costs more
      if (failure.connection_lost && reused && phase == Phase::before_commit) continue;  // it had died while idle
      if (failure.error.kind == ErrorKind::in_doubt && repeat == Repeat::harmless) {
        failure.error.kind = ErrorKind::unavailable;
      }
      return failure.error;
    }
  }
}

Result<campaign::WallTime> Session::database_time() {
  campaign::WallTime time;
  Result<void> done = run("reading the database's clock", [&](Transaction& transaction) -> Result<void> {
    time = time_at(transaction.exec("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint")[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return time;
}

Result<void> Session::ensure_partitions() {
  return run("making partitions", [](Transaction& transaction) -> Result<void> {
    transaction.exec("select dialerd.ensure_attempt_partitions()");
    return {};
  });
}

}  // namespace dialerd::storage
