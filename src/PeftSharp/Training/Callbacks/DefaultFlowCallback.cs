namespace PeftSharp.Training;

/// <summary>
/// Sets <see cref="TrainerControl"/> for logging, evaluation, saving and the end of the run, as configured in the arguments (transformers'
/// <c>DefaultFlowCallback</c>).
/// </summary>
internal sealed class DefaultFlowCallback : TrainerCallback
{
    public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        var step = state.GlobalStep;
        if (step == 1 && args.LoggingFirstStep) control.ShouldLog = true;
        if (args.LoggingStrategy == IntervalStrategy.Steps && step % state.LoggingSteps == 0) control.ShouldLog = true;
        var evaluates = args.EvalStrategy == IntervalStrategy.Steps && args.EvalDelay <= step;
        if (evaluates && step % state.EvalSteps == 0) control.ShouldEvaluate = true;
        if (args.SaveStrategy == SaveStrategy.Steps && step % state.SaveSteps == 0) control.ShouldSave = true;
        if (step < state.MaxSteps) return;
        control.ShouldTrainingStop = true;
        if (evaluates) control.ShouldEvaluate = true;
        if (args.SaveStrategy == SaveStrategy.Steps) control.ShouldSave = true;
    }

    public override void OnEpochEnd(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        if (args.LoggingStrategy == IntervalStrategy.Epoch) control.ShouldLog = true;
        if (args.EvalStrategy == IntervalStrategy.Epoch && args.EvalDelay <= state.Epoch) control.ShouldEvaluate = true;
        if (args.SaveStrategy == SaveStrategy.Epoch) control.ShouldSave = true;
    }
}
