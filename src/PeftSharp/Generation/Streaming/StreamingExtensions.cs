using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>
/// Asynchronous streaming of generated text: <c>await foreach (var piece in model.GenerateStreamAsync(prompt, tokenizer))</c>.
/// </summary>
public static class StreamingExtensions
{
    private const int PiecesAhead = 16;          // generation waits when this many pieces are unread

    /// <summary>Generates a continuation of one prompt as a stream of text; the prompt is not included.</summary>
    /// <remarks>
    /// The model runs on a separate thread, which ends when the text is finished, when the operation is cancelled, or when the caller stops
    /// enumerating. The enumeration completes after the thread has ended. An adapter scope that is open during this call applies to the
    /// text, even if the text is enumerated after the scope has ended. The model's adapters cannot be changed during generation.
    /// </remarks>
    /// <param name="model">A causal language model.</param>
    /// <param name="prompt">The prompt; one row.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="options">Options of the call. Null: the defaults of the model.</param>
    /// <param name="skipSpecialTokens">Whether special tokens, such as the end-of-sequence token, are omitted. Default true.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>Non-empty pieces of the text, which consist of complete characters.</returns>
    /// <exception cref="ArgumentException">
    /// The model cannot generate text, the prompt or the options are invalid, several sequences are requested, or the options contain a
    /// streamer. Only the streamer is checked by this call; the other errors are thrown by the enumeration.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The options exclude all tokens, the logits of the model are not finite, or an adapter is selected while an adapter is merged. The
    /// exception is also thrown if a custom processor, a custom criterion or <see cref="GenerationOptions.PrefixAllowedTokens"/> returns an
    /// invalid result.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static IAsyncEnumerable<string> GenerateStreamAsync(
        this PretrainedModel model, Prompt prompt, Tokenizer tokenizer, GenerationOptions? options = null, bool skipSpecialTokens = true,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new GenerationOptions();
        if (options.Streamer is not null)
            throw new ArgumentException("The options contain a streamer, but GenerateStreamAsync uses its own. "
                + "Call Generate, or remove the streamer.", nameof(options));
        // The caller's adapter scope may have ended when the text is enumerated.
        return Pieces(Generate, ExecutionContext.Capture(), cancellationToken);

        void Generate(ChannelWriter<string> pieces, CancellationToken cancel)
        {
            var streamer = new TextStreamer(
                tokenizer, piece => pieces.WriteAsync(piece, cancel).AsTask().GetAwaiter().GetResult(),
                skipPrompt: true, skipSpecialTokens);
            using var output = model.Generate(
                prompt, options with { Tokenizer = options.Tokenizer ?? tokenizer, Streamer = streamer }, cancel);
        }
    }

    private static async IAsyncEnumerable<string> Pieces(
        Action<ChannelWriter<string>, CancellationToken> generate, ExecutionContext? flow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateBounded<string>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writer = new Thread(() => Write(write => generate(write, cancel.Token), flow, pieces.Writer, ended))
        {
            IsBackground = true, Name = "PeftSharp generation",
        };
        writer.Start();
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            await cancel.CancelAsync().ConfigureAwait(false);       // the caller has stopped enumerating; no effect if the text is finished
            await ended.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Generates on a single thread, because dispose scopes and gradient modes are per thread.</summary>
    private static void Write(
        Action<ChannelWriter<string>> generate, ExecutionContext? flow, ChannelWriter<string> pieces, TaskCompletionSource ended)
    {
        Exception? failure = null;
        try
        {
            if (flow is null) generate(pieces);
            else ExecutionContext.Run(flow, _ => generate(pieces), null);
        }
        catch (Exception error)
        {
            failure = error;                                        // rethrown by the reader
        }
        finally
        {
            pieces.Complete(failure);
            ended.SetResult();
        }
    }
}
