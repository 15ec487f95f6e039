#include "storage/error.h"

#include <stdexcept>

namespace dialerd::storage {

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/) {
  throw std::runtime_error(error.message);
}

}  // namespace dialerd::storage
