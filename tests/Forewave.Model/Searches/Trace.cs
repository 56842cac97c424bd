using System.Globalization;
using System.Text;
using Forewave.Model.Steps;
using Forewave.Model.Worlds;

namespace Forewave.Model.Searches;

/// <summary>How something came to be broken: the steps from the start, then those of the takeover that shows it.</summary>
internal sealed class Trace
{
    private readonly World _start;
    private readonly Rules _rules;
    private readonly List<int> _steps;
    private readonly List<int> _then;

    /// <param name="start">The world that the steps begin with.</param>
    /// <param name="rules">The rules that they were taken by.</param>
    /// <param name="steps">For each step twice its index and its node.</param>
    /// <param name="then">The same for the takeover at the end.</param>
    public Trace(World start, Rules rules, IEnumerable<int> steps, IEnumerable<int> then)
    {
        _start = start;
        _rules = rules;
        _steps = [.. steps];
        _then = [.. then];
    }

    public int Length => _steps.Count + _then.Count;

    public bool Has(StepAction action) => _steps.Concat(_then).Any(step => Step.All[step / 2].Action == action);

    public override string ToString()
    {
        var text = new StringBuilder();
        World world = _start;
        Say(text, "start", world);
        foreach (int step in _steps)
            Take(text, ref world, step);
        if (_then.Count > 0)
        {
            int slave = _then[0] % 2;
            world = Invariant.WithoutMaster(world, slave);
            Say(text, $"the node of {World.Name(1 - slave)} is gone, all else is mended", world);
            foreach (int step in _then)
                Take(text, ref world, step);
        }

        return text.ToString();
    }

    private void Take(StringBuilder text, ref World world, int step)
    {
        string said = Step.All[step / 2].Say(step % 2);
        bool isTaken = Step.All[step / 2].TryTake(world, step % 2, _rules, out world);
        Say(text, isTaken ? said : $"(not possible: {said})", world);
    }

    private static void Say(StringBuilder text, string what, in World world)
    {
        int answered = world.Answered;
        string messages = string.Join(',', Enumerable.Range(1, 7).Where(message => (answered & (1 << message)) != 0));
        text.AppendLine(CultureInfo.InvariantCulture, $"{what}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"      {world.Record} | A {Describe(world.Nodes[0])} | B {Describe(world.Nodes[1])} | answered [{messages}]");
    }

    private static string Describe(in Node node)
    {
        Database database = node.Database;
        var rows = Enumerable.Range(0, database.Length).Select(i =>
            $"{database[i] & 15}@{database[i] >> 4}{(i >= database.Applied ? "?" : "")}");
        string state = !database.IsUp ? ", down" : database.IsFrozen ? ", frozen" : database.IsReceiving ? ", receives" : "";
        string needs = node.Broker.Phase != Phase.Master ? "" : node.Broker.NeedsSlave ? $" {node.Broker.Epoch}, proved {node.Broker.Proved}" : $" {node.Broker.Epoch}, alone";
        return $"{node.Broker.Phase}{needs}{(node.Broker.IsFrozen ? ", frozen" : "")}, rows [{string.Join(' ', rows)}] run {database.Run}{state}";
    }
}
