// Prints every metric that the daemon can show, with example values: what the documents, the alert rules and the
// dashboard are compared with (monitoring_test.py).
#include <chrono>
#include <iostream>

#include "daemon/metrics/metrics.h"

namespace metrics = dialerd::daemon::metrics;
namespace campaign = dialerd::campaign;

int main() {
  metrics::Metrics all("0.0.0");
  metrics::Picture picture;
  metrics::AccountPicture account;
  account.name = "main";
  account.epoch = 3;
  account.in_doubt = 1;
  account.oldest_doubt = campaign::WallTime(std::chrono::hours{24 * 365 * 56});
  picture.accounts.push_back(account);
  metrics::CampaignPicture shown;
  shown.name = "spring";
  shown.account = "main";
  picture.campaigns.push_back(shown);
  picture.limits = {{"main", "", "concurrency", 3, 40}, {"main", "spring", "per_hour", 10, 100}};
  picture.rollups_refreshed = account.oldest_doubt;
  std::cout << all.text(picture);
}
