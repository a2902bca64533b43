#include "measure/answer_shapes.h"

#include <sstream>

#include "base/error.h"

namespace qtool {

std::string first_shapes(const Answers& answers) {
  std::ostringstream text;
  text << "a first output " << answers.outputs.at(0).toString() << answers.outputs[0].sizes();
  if (!answers.targets.empty())
    text << " and a first target " << answers.targets[0].toString() << answers.targets[0].sizes();
  return text.str();
}

void refuse_answers(const Answers& answers, const std::string& where, const std::string& needs) {
  throw Error(ErrorKind::kUsage, {.what = "outputs and targets do not belong together",
                                  .where = where,
                                  .got = first_shapes(answers),
                                  .expected = needs,
                                  .fix = "check that the data and the model belong together"});
}

}  // namespace qtool
