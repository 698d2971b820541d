using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>Text that appears while it is generated: <c>await foreach (var piece in model.GenerateStreamAsync(prompt, tokenizer))</c>.</summary>
public static class StreamingExtensions
{
    private const int PiecesAhead = 16;          // generation waits where nobody reads

    /// <summary>Continues one prompt, piece by piece; the prompt itself is not repeated.</summary>
    /// <remarks>
    /// A thread of its own runs the model. It ends when the text ends, when it is cancelled, or when the caller stops reading; the enumeration ends after it.
    /// A scope of adapters around this call applies to the text wherever it is read. While the text is generated the model's adapters cannot be changed.
    /// </remarks>
    /// <param name="model">A model that scores next tokens.</param>
    /// <param name="prompt">The start of the text; one row.</param>
    /// <param name="tokenizer">The tokenizer that belongs to the model.</param>
    /// <param name="options">Options of the call. Null: those of the model.</param>
    /// <param name="skipSpecialTokens">Whether special tokens, the end of text for example, are left out. Default true.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>Pieces of text, whole characters, none empty.</returns>
    /// <exception cref="ArgumentException">As for <see cref="GenerationExtensions.Generate"/>, more than one text is asked for, or the options have a streamer of their own.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IAsyncEnumerable<string> GenerateStreamAsync(
        this PretrainedModel model, Prompt prompt, Tokenizer tokenizer, GenerationOptions? options = null, bool skipSpecialTokens = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new GenerationOptions();
        if (options.Streamer is not null) throw new ArgumentException("The options have a streamer, and the text is streamed to the caller already. Call Generate, or leave the streamer out.", nameof(options));
        return Pieces(Generate, ExecutionContext.Capture(), cancellationToken);     // the caller's scope of adapters may have ended when the text is read

        void Generate(ChannelWriter<string> pieces, CancellationToken cancel)
        {
            var streamer = new TextStreamer(tokenizer, piece => pieces.WriteAsync(piece, cancel).AsTask().GetAwaiter().GetResult(), skipPrompt: true, skipSpecialTokens);
            using var output = model.Generate(prompt, options with { Tokenizer = options.Tokenizer ?? tokenizer, Streamer = streamer }, cancel);
        }
    }

    private static async IAsyncEnumerable<string> Pieces(
        Action<ChannelWriter<string>, CancellationToken> generate, ExecutionContext? flow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateBounded<string>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writer = new Thread(() => Write(write => generate(write, cancel.Token), flow, pieces.Writer, ended)) { IsBackground = true, Name = "PeftSharp generation" };
        writer.Start();
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            await cancel.CancelAsync().ConfigureAwait(false);       // nobody reads any more; no effect where the text has ended
            await ended.Task.ConfigureAwait(false);
        }
    }

    /// <summary>All of it on one thread, since dispose scopes and gradient modes belong to a thread.</summary>
    private static void Write(Action<ChannelWriter<string>> generate, ExecutionContext? flow, ChannelWriter<string> pieces, TaskCompletionSource ended)
    {
        Exception? failure = null;
        try
        {
            if (flow is null) generate(pieces);
            else ExecutionContext.Run(flow, _ => generate(pieces), null);
        }
        catch (Exception error)
        {
            failure = error;                                        // the reader throws it
        }
        finally
        {
            pieces.Complete(failure);
            ended.SetResult();
        }
    }
}
