using Forewave.Model.Steps;
using Forewave.Model.Worlds;

namespace Forewave.Model.Searches;

/// <summary>Goes one long way through the worlds, drawn from a seed: further than a search of all can.</summary>
internal static class RandomWalk
{
    /// <summary>One fault in so many steps, so that there is time for things to go on in between.</summary>
    private const int StepsPerFault = 12;

    public static Finding Run(Rules rules, int seed, int length)
    {
        var random = new Random(seed);
        World start = World.Start(byte.MaxValue);
        World world = start;
        var steps = new List<int>();
        var then = new List<int>();
        while (steps.Count < length)
        {
            int step = Draw(random, world, rules, out World after);
            if (step < 0)
                break;
            steps.Add(step);
            world = after;
            Broken broken = Invariant.Check(world, rules, then);
            if (broken != Broken.Nothing)
                return Found(broken, new Trace(start, rules, steps, then), steps.Count);
        }

        return Found(Broken.Nothing, null, steps.Count);
    }

    private static int Draw(Random random, World world, Rules rules, out World after)
    {
        bool mayFail = random.Next(StepsPerFault) == 0;
        int chosen = -1, possible = 0;
        after = world;
        for (int step = 0; step < Step.All.Count * 2; step++)
        {
            if (!Step.All[step / 2].TryTake(world, step % 2, rules, out World candidate) || (candidate.FaultsLeft < world.FaultsLeft && !mayFail))
                continue;
            if (random.Next(++possible) != 0)
                continue;
            chosen = step;
            after = candidate;
        }

        return chosen;
    }

    private static Finding Found(Broken broken, Trace? trace, int depth) =>
        new() { Broken = broken, Trace = trace, Worlds = depth, Depth = depth, IsWhole = false };
}
