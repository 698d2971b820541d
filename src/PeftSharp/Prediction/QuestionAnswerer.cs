using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Answers questions with a span of a text (extractive question answering).</summary>
/// <remarks>
/// <para>
/// Corresponds to the <c>question-answering</c> pipeline of transformers 4. If a question and its text together exceed the maximum length
/// (384 tokens by default), the text is processed in overlapping windows, and the best answers of all windows are returned.
/// </para>
/// <code>
/// using var reader = QuestionAnswerer.FromPretrained("my-model");
/// Console.WriteLine(reader.Answer("Where does Anna live?", "Anna lives in Paris.").Text);
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed class QuestionAnswerer : Predictor
{
    private const int DefaultMaxLength = 384, DefaultStride = 128;

    /// <summary>Creates a question answerer for an existing model, which is not disposed with this object.</summary>
    /// <param name="model">
    /// A question answering model, such as one loaded by <c>AutoModelForQuestionAnswering</c>, with or without adapters.
    /// </param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="logger">
    /// Receives warnings: the head has not been trained, or the tokenizer does not match the model. Null: warnings are written to the
    /// standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">The model is not a question answering model.</exception>
    public QuestionAnswerer(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (model.Objective is not QuestionAnsweringObjective)
            throw WrongTask(model, "question answering", nameof(AutoModelForQuestionAnswering));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with a question answering model; or the folder of an adapter whose configuration refers to its base
    /// model; or, if there is no such folder, the name of a model on the Hugging Face Hub.
    /// </param>
    /// <param name="adapterNameOrFolder">
    /// An adapter for the model in <paramref name="nameOrFolder"/>: a folder, or a name on the Hugging Face Hub. If the adapter contains a
    /// tokenizer, this tokenizer is used. Null: no adapter.
    /// </param>
    /// <param name="options">Data type and device of the weights, and the logger. Null: the defaults.</param>
    /// <param name="adapterRevision">
    /// Branch, tag or commit of the adapter, if the adapter is a name on the Hub. Null: <c>main</c>. The revision of the model is
    /// <see cref="PretrainedOptions.Revision"/> of the options.
    /// </param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="ArgumentException"><paramref name="adapterRevision"/> is given without an adapter.</exception>
    /// <exception cref="CheckpointException">
    /// The folder or repository does not contain a model for this task, or the adapter does not match the model.
    /// </exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static QuestionAnswerer FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Load(nameOrFolder, adapterNameOrFolder, adapterRevision, options, AutoModelForQuestionAnswering.FromPretrained,
            (model, tokenizer) => new QuestionAnswerer(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>Loads a model and its tokenizer asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, string?, CancellationToken)" path="//param|//exception"/>
    public static Task<QuestionAnswerer> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Returns the best answer to one question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="context">The text that contains the answer.</param>
    /// <param name="handleImpossibleAnswer">
    /// Whether "no answer" is a possible answer, for a model that was trained with unanswerable questions (SQuAD 2). Default false.
    /// </param>
    /// <param name="maxAnswerLength">
    /// Maximum number of tokens of an answer, before it is extended to whole words. Default 15.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens of question and window together. Default 384, or the limit of the tokenizer or the model if this limit is
    /// smaller.
    /// </param>
    /// <param name="stride">
    /// Number of tokens by which consecutive windows overlap. Default 128, or half of <paramref name="maxLength"/> if this is smaller.
    /// </param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <returns>The best answer; <see cref="QuestionAnswer.IsNoAnswer"/> is true if there is no answer.</returns>
    /// <exception cref="ArgumentException">
    /// The question or the context is empty, an argument is out of range, or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="TokenizerException">The question leaves no tokens for the context.</exception>
    public QuestionAnswer Answer(
        string question, string context, bool handleImpossibleAnswer = false, int maxAnswerLength = 15, int? maxLength = null,
        int? stride = null, string? adapter = null) =>
        TopAnswers(question, context, topK: 1, handleImpossibleAnswer, maxAnswerLength, maxLength, stride, adapter) is [var best, ..]
            ? best
            : new QuestionAnswer("", 0, 0, 0);

    /// <summary>Returns the best answers to one question, best first.</summary>
    /// <param name="question">The question.</param>
    /// <param name="context">The text that contains the answer.</param>
    /// <param name="topK">Maximum number of answers. Default 5.</param>
    /// <param name="handleImpossibleAnswer">
    /// Whether "no answer" is a possible answer, for a model that was trained with unanswerable questions (SQuAD 2). Default false.
    /// </param>
    /// <param name="maxAnswerLength">
    /// Maximum number of tokens of an answer, before it is extended to whole words. Default 15.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens of question and window together. Default 384, or the limit of the tokenizer or the model if this limit is
    /// smaller.
    /// </param>
    /// <param name="stride">
    /// Number of tokens by which consecutive windows overlap. Default 128, or half of <paramref name="maxLength"/> if this is smaller.
    /// </param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The question or the context is empty, an argument is out of range, or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="TokenizerException">The question leaves no tokens for the context.</exception>
    public IReadOnlyList<QuestionAnswer> TopAnswers(
        string question, string context, int topK = 5, bool handleImpossibleAnswer = false, int maxAnswerLength = 15, int? maxLength = null,
        int? stride = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(context);
        RequireContent(question, nameof(question), nameof(question));
        RequireContent(context, nameof(context), nameof(context));
        return Search([question], [context], topK, handleImpossibleAnswer, maxAnswerLength, maxLength, stride,
            new PredictionCall(16, adapter, null, CancellationToken.None))[0];
    }

    /// <summary>Returns the best answer to each of several questions, in batches.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="contexts">The text for each question.</param>
    /// <param name="handleImpossibleAnswer">
    /// Whether "no answer" is a possible answer, for a model that was trained with unanswerable questions (SQuAD 2). Default false.
    /// </param>
    /// <param name="maxAnswerLength">
    /// Maximum number of tokens of an answer, before it is extended to whole words. Default 15.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens of question and window together. Default 384, or the limit of the tokenizer or the model if this limit is
    /// smaller.
    /// </param>
    /// <param name="stride">
    /// Number of tokens by which consecutive windows overlap. Default 128, or half of <paramref name="maxLength"/> if this is smaller.
    /// </param>
    /// <param name="batchSize">Maximum number of windows per batch. Default 16.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <param name="progress">
    /// Receives a report after each batch that completes at least one question. Null: progress is not reported.
    /// </param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>
    /// The best answer to each question, in the order of the questions; <see cref="QuestionAnswer.IsNoAnswer"/> is true if there is no
    /// answer.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A question or context is null or empty, the numbers of questions and contexts differ, an argument is out of range, or the model has
    /// no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="TokenizerException">A question leaves no tokens for its context.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<QuestionAnswer> Answer(
        IReadOnlyList<string> questions, IReadOnlyList<string> contexts, bool handleImpossibleAnswer = false, int maxAnswerLength = 15,
        int? maxLength = null, int? stride = null, int batchSize = 16, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        [.. Search(questions, contexts, topK: 1, handleImpossibleAnswer, maxAnswerLength, maxLength, stride,
            new PredictionCall(batchSize, adapter, progress, cancellationToken))
            .Select(answers => answers is [var best, ..] ? best : new QuestionAnswer("", 0, 0, 0))];

    /// <summary>Returns the best answer to each of several questions asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Answer(IReadOnlyList{string}, IReadOnlyList{string}, bool, int, int?, int?, int, string,
    /// IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<QuestionAnswer>> AnswerAsync(
        IReadOnlyList<string> questions, IReadOnlyList<string> contexts, bool handleImpossibleAnswer = false, int maxAnswerLength = 15,
        int? maxLength = null, int? stride = null, int batchSize = 16, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Answer(
                questions, contexts, handleImpossibleAnswer, maxAnswerLength, maxLength, stride, batchSize, adapter, progress,
                cancellationToken),
            cancellationToken);

    private IReadOnlyList<QuestionAnswer>[] Search(
        IReadOnlyList<string> questions, IReadOnlyList<string> contexts, int topK, bool handleImpossibleAnswer, int maxAnswerLength,
        int? maxLength, int? stride, PredictionCall call)
    {
        RequireTexts(questions, nameof(questions));
        ArgumentNullException.ThrowIfNull(contexts);
        RequirePairs(questions, contexts, nameof(contexts));
        RequireContent(questions, nameof(questions));
        RequireContent(contexts, nameof(contexts));
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAnswerLength, 1);
        var limit = MaxTokens(maxLength, call.Adapter) is { } most ? maxLength ?? Math.Min(most, DefaultMaxLength) : DefaultMaxLength;
        var overlap = stride ?? Math.Min(limit / 2, DefaultStride);
        var isQuestionFirst = Tokenizer.PaddingSide == PaddingSide.Right;
        var truncation = isQuestionFirst ? TruncationStrategy.OnlySecond : TruncationStrategy.OnlyFirst;
        return Predict<(float[] Start, float[] End), IReadOnlyList<QuestionAnswer>>(questions.Count, call,
            (start, count) =>
            {
                var (first, second) = (Slice(questions, start, count), Slice(contexts, start, count));
                if (!isQuestionFirst) (first, second) = (second, first);
                return Tokenizer.Encode(
                    first, second, truncation: truncation, maxLength: limit, stride: overlap, returnOverflowingTokens: true,
                    cancellationToken: call.CancellationToken);
            },
            (output, rows) =>
            {
                var (starts, ends, width) = (Floats(output.StartLogits!), Floats(output.EndLogits!), (int)output.StartLogits!.shape[1]);
                return [.. rows.Select((row, index) =>
                    (starts.AsSpan(index * width, row.Length).ToArray(), ends.AsSpan(index * width, row.Length).ToArray()))];
            },
            (text, windows) => AnswerSpans.Best(
                contexts[text], windows, isQuestionFirst ? 1 : 0, Tokenizer.ClsTokenId, topK, maxAnswerLength, handleImpossibleAnswer));
    }

    private static void RequireContent(IReadOnlyList<string> texts, string name)
    {
        for (var i = 0; i < texts.Count; i++) RequireContent(texts[i], $"{name}[{i}]", name);
    }

    private static void RequireContent(string text, string described, string name)
    {
        if (text.Length == 0)
            throw new ArgumentException($"{described} is empty. Provide a question and the text that contains its answer.", name);
    }
}
