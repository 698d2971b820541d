namespace PeftSharp.Optimization;

/// <summary>The state of <see cref="ReduceLrOnPlateau"/> between evaluations. It is part of a checkpoint.</summary>
/// <param name="LearningRate">The learning rate of the following steps.</param>
/// <param name="Best">The best metric so far; null if no evaluation was an improvement yet.</param>
/// <param name="NumBadEpochs">
/// The number of consecutive evaluations without an improvement. A reduction sets the number to 0, and it stays 0 during the cooldown.
/// </param>
/// <param name="CooldownCounter">
/// The number of remaining evaluations of the cooldown, during which a missing improvement is not counted.
/// </param>
public sealed record PlateauState(double LearningRate, double? Best = null, int NumBadEpochs = 0, int CooldownCounter = 0);
