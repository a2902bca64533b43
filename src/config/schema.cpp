#include "config/schema.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/version.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json value_json(const OptionField& field, const std::string& text) {
  if (field.type == ValueType::kText) return text;
  Json json;
  const auto problem = parse_json(text, json);  // true, 3 and 0.5 are the same in YAML and JSON
  QTOOL_ASSERT(problem.empty());
  return json;
}

Json scalar_schema(const OptionField& field) {
  Json schema;
  if (!field.choices.empty() && field.has(FieldTrait::kPath))
    return {{"anyOf", {{{"enum", field.choices}}, {{"type", "string"}}}}};
  if (!field.choices.empty()) {
    for (const auto& choice : field.choices) schema["enum"].push_back(value_json(field, choice));
    return schema;
  }
  switch (field.type) {
    case ValueType::kBool:
      return {{"type", "boolean"}};
    case ValueType::kInteger:
      schema["type"] = "integer";
      break;
    case ValueType::kNumber:
      schema["type"] = "number";
      break;
    case ValueType::kText:
      return {{"type", {"string", "number", "boolean"}}};  // YAML needs no quotes for `skip: [12]`
  }
  if (std::isfinite(field.range.low)) schema["minimum"] = value_json(field, print_value(field.range.low));
  if (std::isfinite(field.range.high)) schema["maximum"] = value_json(field, print_value(field.range.high));
  return schema;
}

Json default_json(const OptionField& field) {
  const auto texts = field.get();
  if (!field.is_list) return texts.empty() ? Json(nullptr) : value_json(field, texts[0]);
  Json values = Json::array();
  for (const auto& text : texts) values.push_back(value_json(field, text));
  return values;
}

Json field_schema(const OptionField& field) {
  Json schema = {{"description", field.help}, {"default", default_json(field)}};
  Json value = scalar_schema(field);
  if (field.is_list) value = {{"type", "array"}, {"items", value}};
  if (field.is_optional) value = {{"anyOf", {value, {{"type", "null"}}}}};
  schema.update(value);
  return schema;
}

Json object_schema(Json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json group_properties(const OptionGroup& group);

Json list_schema(const OptionList& list) {
  list.clear();
  const OptionGroup element = list.append("");
  Json object = object_schema(group_properties(element));
  for (const auto& field : element.fields)
    if (field.has(FieldTrait::kRequired)) object["required"].push_back(field.key);
  list.clear();
  return {{"description", list.help}, {"type", "array"}, {"items", std::move(object)}};
}

Json group_properties(const OptionGroup& group) {
  Json properties = Json::object();
  for (const auto& field : group.fields)
    if (!field.has(FieldTrait::kFlagOnly)) properties[field.key] = field_schema(field);
  for (const auto& list : group.lists) properties[list.key] = list_schema(list);
  for (const auto& child : group.groups) {
    properties[child.key] = object_schema(group_properties(child));
    properties[child.key]["type"] = {"object", "null"};  // a key with nothing but comments below it
  }
  return properties;
}

Json reference(const std::string& path) { return {{"$ref", "#/$defs/" + path}}; }

/// `quantize` is $defs/ptq/properties/quantize, and `quantize.weight_bits` lies below it.
void collect_paths(const Json& properties, const std::string& key_path, const std::string& place,
                   std::map<std::string, Json>& places) {
  for (const auto& [key, schema] : properties.items()) {
    const std::string here = place + "/properties/" + key;
    places[key_path + key].push_back(reference(here));
    if (schema.contains("properties"))
      collect_paths(schema["properties"], key_path + key + ".", here, places);
  }
}

Json any_of(const Json& schemas) { return schemas.size() == 1 ? schemas[0] : Json{{"anyOf", schemas}}; }

Json version_schema() { return {{"description", "of this format"}, {"const", 1}}; }

/// The keys of a job with this task, beside those of `head`.
Json job_schema(const std::string& task, const Json& properties, Json head) {
  head["task"] = {{"const", task}};
  for (const auto& [key, schema] : properties.items())
    head[key] = reference(task + "/properties/" + std::string(key));
  return object_schema(std::move(head));
}

/// One of the definitions `SUFFIX` of each task, by the key `task`; any where it is left out.
Json by_task(const std::vector<JobKind>& kinds, const std::string& suffix) {
  Json all = Json::array(), any = Json::array();
  for (const auto& kind : kinds) {
    const Json ref = reference(kind.task + suffix);
    all.push_back({{"if", {{"properties", {{"task", {{"const", kind.task}}}}}, {"required", {"task"}}}},
                   {"then", ref}});
    any.push_back(ref);
  }
  all.push_back({{"if", {{"not", {{"required", {"task"}}}}}}, {"then", {{"anyOf", any}}}});
  return all;
}

Json task_schema(const std::vector<JobKind>& kinds) {
  Json names = Json::array();
  for (const auto& kind : kinds) names.push_back(kind.task);
  return {{"description", "what the job does"}, {"enum", names}};
}

Json batch_schema(const std::vector<JobKind>& kinds, const std::map<std::string, Json>& places) {
  Json defaults = {{"task", task_schema(kinds)}}, matrix = Json::object();
  for (const auto& [path, schemas] : places) {
    if (path.find('.') == std::string::npos) defaults[path] = any_of(schemas);
    matrix[path] = {{"type", "array"}, {"minItems", 1}, {"items", any_of(schemas)}};
  }
  const Json job = {{"type", "object"},
                    {"required", {"name"}},
                    {"properties", {{"task", task_schema(kinds)}}},
                    {"allOf", by_task(kinds, "-job")}};
  Json batch =
      object_schema({{"version", version_schema()},
                     {"output",
                      {{"description", "folder of the summary; a job without an output gets a folder in it"},
                       {"type", "string"}}},
                     {"defaults", object_schema(defaults)},
                     {"matrix", reference("matrix")},
                     {"jobs", {{"type", "array"}, {"minItems", 1}, {"items", job}}}});
  batch["required"] = {"jobs"};
  return {{"batch", batch}, {"matrix", object_schema(matrix)}};
}

}  // namespace

std::string json_schema(const std::vector<JobKind>& kinds) {
  Json definitions = Json::object();
  std::map<std::string, Json> places;
  const Json name = {{"description", "no other job has it"},
                     {"type", {"string", "number"}},
                     {"pattern", "^(?![.])[A-Za-z0-9._]+(-[A-Za-z0-9._]+)*$"}};
  for (const auto& kind : kinds) {
    const OwnedOptions options = kind.make();
    const Json properties = group_properties(options.tree);
    definitions[kind.task] = object_schema(properties);
    definitions[kind.task + "-job"] =
        job_schema(kind.task, properties, {{"name", name}, {"matrix", reference("matrix")}});
    definitions[kind.task + "-file"] = job_schema(kind.task, properties, {{"version", version_schema()}});
    collect_paths(properties, "", kind.task, places);
  }
  definitions.update(batch_schema(kinds, places));
  Json schema;
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["$comment"] = "of qtool " + qtool_version();
  schema["title"] = "qtool: a batch of jobs, or one job";
  schema["type"] = "object";
  schema["properties"] = {{"task", task_schema(kinds)}};
  schema["if"] = {{"required", {"jobs"}}};
  schema["then"] = reference("batch");
  schema["else"] = {{"allOf", by_task(kinds, "-file")}};
  schema["$defs"] = std::move(definitions);
  return json_text(schema);
}

}  // namespace qtool
