/** Who asks the same while the question is out gets the same answer. Nothing is kept beyond it. */
export function singleFlight<Question, Answer>(
  keyOf: (question: Question) => string,
  ask: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (question) => {
    const key = keyOf(question);
    const asked = underWay.get(key);
    if (asked) return asked;
    const answer = ask(question).finally(() => underWay.delete(key));
    underWay.set(key, answer);
    return answer;
  };
}
