namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>When something is killed.</summary>
/// <param name="Moment">Where the shop stands then, or from where it has just gone on.</param>
/// <param name="Inside">How long before it has gone on; null: it has not.</param>
/// <param name="Passed">How often it comes there before.</param>
internal readonly record struct PlannedKill(ShopMoment Moment, TimeSpan? Inside, int Passed)
{
    private const int LongestMicroseconds = 3_000;

    /// <summary>Every moment once, before its step and in it, in an order of the seed; then again.</summary>
    public static IEnumerable<PlannedKill> Plan(Random random)
    {
        while (true)
        {
            var all = Enum.GetValues<ShopMoment>().SelectMany(moment => (bool[])[false, true], (moment, isInside) => (Moment: moment, IsInside: isInside)).ToArray();
            random.Shuffle(all);
            foreach (var (moment, isInside) in all)
                yield return new PlannedKill(moment, isInside ? TimeSpan.FromMicroseconds(random.Next(LongestMicroseconds)) : null, random.Next(3));
        }
    }
}
