// Metric families that are made anew for each scrape. Used by metrics.cpp alone: it shows prometheus-cpp's types.
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "daemon/metrics/picture.h"

namespace dialerd::daemon::metrics {

void add_picture(const Picture& picture, std::vector<prometheus::MetricFamily>& families);
// process_*: CPU, memory, descriptors and start of this process, by the names of Prometheus' client libraries. What
// /proc does not tell is left out.
void add_process(std::vector<prometheus::MetricFamily>& families);
// By name, and within by labels: the same state gives the same text.
void sort(std::vector<prometheus::MetricFamily>& families);

}  // namespace dialerd::daemon::metrics
