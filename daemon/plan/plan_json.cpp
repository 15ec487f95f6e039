#include <utility>

#include "daemon/plan/json_writer.h"
#include "daemon/plan/plan_text.h"

namespace dialerd::daemon::plan {
namespace {

using std::chrono::milliseconds;

double seconds(milliseconds time) { return static_cast<double>(time.count()) / 1000; }

void write_counts(JsonWriter& json, std::string_view key, const std::map<std::string, std::int64_t>& counts) {
  json.begin_object(key);
  for (const auto& [name, count] : counts) json.integer(name, count);
  json.end();
}

void write_finish(JsonWriter& json, const Forecast& forecast, const std::string& zone) {
  if (forecast.finished) {
    json.string("finish", iso_text(zone, forecast.end));
    json.number("duration", seconds(forecast.end - forecast.start));
  } else {
    json.null("finish");
    json.null("duration");
  }
  forecast.most_done ? json.string("nine_tenths_done", iso_text(zone, *forecast.most_done))
                     : json.null("nine_tenths_done");
  json.integer("unfinished_leads", forecast.unfinished);
  json.integer("calls", forecast.calls);
  json.integer("conversations", forecast.conversations);
}

void write_holds(JsonWriter& json, const Forecast& forecast, const std::string& zone) {
  json.begin_array("held_back_by");
  for (std::size_t i = 0; i < forecast.holds.size(); ++i) {
    json.begin_object();
    json.string("by", forecast.holds[i]);
    json.number("time", seconds(forecast.held_time[i]));
    double open = seconds(forecast.open_time);
    json.number("share_of_open_time", open > 0 ? seconds(forecast.held_time[i]) / open : 0);
    json.begin_array("mostly");
    for (const HeldStretch& stretch : held_stretches(forecast, i)) {
      json.begin_object();
      json.string("from", iso_text(zone, stretch.from));
      json.string("to", iso_text(zone, stretch.to));
      json.end();
    }
    json.end();
    json.end();
  }
  json.end();
}

}  // namespace

std::string plan_json(const Plan& plan, const PlanContext& context) {
  const Forecast& forecast = plan.forecast;
  const std::string& zone = context.timezone;
  JsonWriter json;
  json.begin_object();
  json.string("campaign", context.campaign);
  json.string("account", context.account);
  json.string("timezone", zone);
  json.string("from", iso_text(zone, forecast.start));
  json.integer("every_nth_lead", plan.thinned);

  json.begin_object("leads");
  write_counts(json, "done", context.done);
  write_counts(json, "held", context.held);
  json.integer("active", context.active);
  json.integer("ready", context.ready);
  write_counts(json, "skipped", context.skipped);
  json.integer("in_forecast", forecast.leads);
  json.end();

  json.begin_array("assumptions");
  for (const Assumption& assumption : context.assumptions) {
    json.begin_object();
    json.string("name", assumption.name);
    json.string("value", assumption.value);
    json.string("source", assumption.source);
    json.end();
  }
  json.end();

  json.begin_object("forecast");
  write_finish(json, forecast, zone);
  if (!forecast.never.empty()) json.string("never_opens", forecast.never);
  write_counts(json, "calls_by_reason", forecast.calls_by_reason);
  write_counts(json, "leads_done", forecast.done);
  write_counts(json, "leads_held", forecast.held);
  write_counts(json, "leads_dropped", forecast.dropped);
  write_counts(json, "calls_of_other_campaigns", forecast.calls_of_others);
  json.number("open_time", seconds(forecast.open_time));
  write_holds(json, forecast, zone);
  json.begin_array("hours");
  for (const Hour& hour : forecast.hours) {
    if (hour.calls == 0) continue;
    json.begin_object();
    json.string("from", iso_text(zone, hour.from));
    json.integer("calls", hour.calls);
    json.integer("conversations", hour.conversations);
    json.end();
  }
  json.end();
  json.end();

  json.begin_array("doubled_limits");
  for (const WhatIf& what_if : plan.what_ifs) {
    json.begin_object();
    json.string("limit", what_if.limit);
    json.integer("value", what_if.value);
    json.integer("doubled", what_if.doubled);
    write_finish(json, what_if.forecast, zone);
    json.end();
  }
  json.end();

  json.begin_array("notes");
  for (const std::string& note : context.notes) json.element(note);
  json.end();
  json.end();
  return json.take();
}

}  // namespace dialerd::daemon::plan
