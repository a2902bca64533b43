#include "measure/answer_shapes.h"

#include <sstream>

#include "base/error.h"

namespace qtool {

std::string type_and_shape(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.toString() << tensor.sizes();
  return text.str();
}

std::string first_shapes(const Answers& answers) {
  const std::string text = "a first output " + type_and_shape(answers.outputs.at(0));
  return answers.targets.empty() ? text : text + " and a first target " + type_and_shape(answers.targets[0]);
}

void refuse_answers(const Answers& answers, const std::string& where, const std::string& needs) {
  throw Error(ErrorKind::kUsage, {.what = "outputs and targets do not belong together",
                                  .where = where,
                                  .got = first_shapes(answers),
                                  .expected = needs,
                                  .fix = "check that the data and the model belong together"});
}

}  // namespace qtool
