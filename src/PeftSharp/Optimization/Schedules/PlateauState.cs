namespace PeftSharp.Optimization;

/// <summary>What <see cref="ReduceLROnPlateau"/> remembers between evaluations; part of a checkpoint.</summary>
/// <param name="LearningRate">The learning rate of the steps that follow.</param>
/// <param name="Best">The best metric so far; null before the first evaluation.</param>
/// <param name="NumBadEpochs">Evaluations in a row without a better metric.</param>
/// <param name="CooldownCounter">Evaluations for which a worse metric is not counted.</param>
public sealed record PlateauState(double LearningRate, double? Best = null, int NumBadEpochs = 0, int CooldownCounter = 0);
