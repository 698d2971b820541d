using PeftSharp.Models;
using PeftSharp.Prediction;

namespace PeftSharp.Tests.Prediction;

public sealed class QuestionAnswererTests
{
    [Fact]
    public void Answers_are_those_of_transformers_in_one_window_and_in_several()
    {
        using var model = AutoModelForQuestionAnswering.FromPretrained(Recorded.Model("bert-question-answering"));
        using var reader = new QuestionAnswerer(model, Recorded.Tokenizer());
        var (questions, contexts) = (Recorded.Texts("questions"), Recorded.Texts("contexts"));
        for (var i = 0; i < questions.Length; i++)
        {
            var expected = Recorded.Value("answers")[i]!.AsArray();
            var answers = reader.TopAnswers(questions[i], contexts[i], topK: 3, stride: 6);
            answers.Select(answer => (answer.Text, answer.Start, answer.End))
                .Should().Equal(expected.Select(answer => ((string)answer!["answer"]!, (int)answer["start"]!, (int)answer["end"]!)));
            foreach (var (wanted, got) in expected.Zip(answers)) got.Score.Should().BeApproximately((float)wanted!["score"]!, 1e-5f);

            var none = reader.TopAnswers(questions[i], contexts[i], topK: 1000, handleImpossibleAnswer: true, stride: 6)
                .Should().ContainSingle(answer => answer.IsNoAnswer).Which;
            none.Score.Should().BeApproximately((float)Recorded.Value("answers_impossible")[i]![0]!["score"]!, 1e-5f);
        }
    }

    [Fact]
    public async Task The_best_answers_of_a_batch_are_those_of_each_question()
    {
        using var model = AutoModelForQuestionAnswering.FromPretrained(Recorded.Model("bert-question-answering"));
        using var reader = new QuestionAnswerer(model, Recorded.Tokenizer());
        var (questions, contexts) = (Recorded.Texts("questions"), Recorded.Texts("contexts"));
        var answers = await reader.AnswerAsync(questions, contexts, batchSize: 2);
        for (var i = 0; i < questions.Length; i++)
        {
            var alone = reader.Answer(questions[i], contexts[i]);
            Assert.Equal((alone.Text, alone.Start), (answers[i].Text, answers[i].Start));
            Assert.Equal(contexts[i][alone.Start..alone.End], alone.Text);
        }
    }

    [Fact]
    public void Empty_questions_and_contexts_are_refused()
    {
        using var model = AutoModelForQuestionAnswering.FromPretrained(Recorded.Model("bert-question-answering"));
        using var reader = new QuestionAnswerer(model, Recorded.Tokenizer());
        FluentActions.Invoking(() => reader.Answer(["a", "b"], ["a", ""]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("contexts[1] is empty");
        FluentActions.Invoking(() => reader.Answer("", "good"))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("question").WithMessage("question is empty*");
        FluentActions.Invoking(() => reader.TopAnswers("good", ""))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("context").WithMessage("context is empty*");
        FluentActions.Invoking(() => reader.Answer(string.Concat(Enumerable.Repeat("good ", 30)), "good"))
            .Should().ThrowExactly<TokenizerException>();
        FluentActions.Invoking(
            () => new QuestionAnswerer(AutoModelForMaskedLM.FromPretrained(Recorded.Model("bert-masked-lm")), Recorded.Tokenizer()))
            .Should().ThrowExactly<ArgumentException>();
    }
}
