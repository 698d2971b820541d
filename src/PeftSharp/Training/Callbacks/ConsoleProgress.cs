using System.Diagnostics;
using System.Globalization;

namespace PeftSharp.Training;

/// <summary>Shows a run as it goes: a bar where there is a terminal, and every log line.</summary>
/// <remarks>
/// <para>transformers' <c>ProgressCallback</c>. Where the output goes to a file there is no bar, only the lines.</para>
/// <para>Not thread-safe: the trainer calls it from the thread that trains; use an instance with one trainer at a time.</para>
/// </remarks>
public sealed class ConsoleProgress : TrainerCallback
{
    private const int BarWidth = 24;
    private readonly TextWriter _output;
    private readonly bool _showsBar;
    private readonly Stopwatch _clock = new();
    private int _firstStep, _shown;
    private long _lastShown;

    /// <summary>To the console.</summary>
    public ConsoleProgress() : this(Console.Out, !Console.IsOutputRedirected) { }

    /// <summary>To <paramref name="output"/>.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="showsBar">Whether a bar is drawn over and over in one line.</param>
    public ConsoleProgress(TextWriter output, bool showsBar = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        (_output, _showsBar) = (output, showsBar);
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        _firstStep = state.GlobalStep;
        _clock.Restart();
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        var (done, left) = (state.GlobalStep - _firstStep, state.MaxSteps - state.GlobalStep);
        var perStep = _clock.Elapsed / Math.Max(done, 1);
        Bar("training", state.GlobalStep, state.MaxSteps, $"[{Time(_clock.Elapsed)}<{Time(perStep * left)}, {Number(perStep.TotalMilliseconds)} ms a step]");
    }

    /// <inheritdoc/>
    public override void OnPredictionStep(TrainingArguments args, TrainerState state, TrainerControl control, int done, int all) => Bar("evaluation", done, all, "");

    /// <inheritdoc/>
    public override void OnLog(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs)
    {
        Wipe();
        var place = state.MaxSteps > 0 ? $"step {state.GlobalStep,5}/{state.MaxSteps}  " : "";      // an evaluation by itself has no step
        _output.WriteLine($"{place}{string.Join("  ", logs.Where(pair => pair.Key is not "step").Select(pair => $"{pair.Key} {Number(pair.Value)}"))}");
    }

    /// <inheritdoc/>
    public override void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message)
    {
        Wipe();
        _output.WriteLine($"Warning: {message}");
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Wipe();

    private void Bar(string what, int done, int all, string rest)
    {
        var now = Stopwatch.GetTimestamp();
        if (!_showsBar || (done < all && Stopwatch.GetElapsedTime(_lastShown, now).TotalMilliseconds < 100)) return;
        _lastShown = now;
        var filled = all == 0 ? BarWidth : BarWidth * done / all;
        var text = $"{what} {new string('█', filled)}{new string('░', BarWidth - filled)} {done}/{all} {rest}";
        _output.Write($"\r{text.PadRight(_shown)}");
        _output.Flush();
        _shown = text.Length;
    }

    private void Wipe()
    {
        if (_shown == 0) return;
        _output.Write($"\r{new string(' ', _shown)}\r");
        _shown = 0;
    }

    private static string Time(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"mm\:ss", CultureInfo.InvariantCulture);
    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
