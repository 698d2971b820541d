namespace PeftSharp.Metrics;

/// <summary>Averages the scores of several classes.</summary>
internal static class ClassAverages
{
    internal static PrecisionRecallF1 Of(ConfusionCounts counts, int[] classes, Average average, double zeroDivision)
    {
        if (average == Average.Micro)
        {
            var places = classes.Select(counts.IndexOf).Where(place => place >= 0).ToArray();
            return ConfusionCounts.Score(
                places.Sum(i => counts.Hits[i]), places.Sum(i => counts.Predicted[i]), places.Sum(i => counts.True[i]), zeroDivision);
        }
        return Mean(Array.ConvertAll(classes, label => counts.Score(label, zeroDivision)), average == Average.Weighted);
    }

    /// <summary>Returns the mean of the scores of the classes; 0 if there are no classes.</summary>
    /// <param name="scores">The scores of each class.</param>
    /// <param name="isWeighted">Whether to weight each class by its number of examples.</param>
    internal static PrecisionRecallF1 Mean(ClassScores[] scores, bool isWeighted)
    {
        if (scores.Length == 0)
            return default;
        // As in scikit-learn, classes have equal weights if none of them has an example.
        var byExamples = isWeighted && scores.Any(score => score.Support > 0);
        double precision = 0, recall = 0, f1 = 0, weights = 0;
        foreach (var score in scores)
        {
            double weight = byExamples ? score.Support : 1;
            precision += weight * score.Precision;
            recall += weight * score.Recall;
            f1 += weight * score.F1;
            weights += weight;
        }
        return new(precision / weights, recall / weights, f1 / weights);
    }
}
