// What can go wrong with the database, sorted by what the caller does about it.
#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace dialerd::storage {

enum class ErrorKind {
  unavailable,  // no connection, server shutting down, out of resources, timeout, deadlock: the same request may be
                // made again
  in_doubt,   // the COMMIT's answer was lost, and a second time would do harm: only claim and import say so; read back
              // first
  not_owner,  // another daemon owns the account, or the epoch has passed: stop acting for it
  schema,     // the schema is missing, older or newer than this binary
  refused     // the server rejects the statement: a bug, or bad data from outside
};

struct Error {
  ErrorKind kind = ErrorKind::refused;
  std::string message;     // the server's words with what was being done; no phone number
  std::string sqlstate{};  // the server's code, where the server said one
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <typename T>
using Result = boost::system::result<T, Error>;

}  // namespace dialerd::storage
