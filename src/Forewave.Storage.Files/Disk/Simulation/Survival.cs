namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// Chooses, for one file and one power loss, what survives of a list of unsynced changes. Ask for the changes in order:
/// each answer uses up choices. Not thread-safe.
/// </summary>
internal sealed class Survival
{
    private static readonly int[] SectorPercents = [12, 50, 88];

    private readonly SeededChoice _choice;
    private readonly SurvivalPattern _pattern;
    private readonly int _pivot;
    private readonly int _sectorPercent;

    internal Survival(SeededChoice choice, int changeCount)
    {
        _choice = choice;
        _pattern = (SurvivalPattern)choice.Below((int)SurvivalPattern.Sectors + 1);
        _pivot = choice.Below(Math.Max(1, changeCount));
        _sectorPercent = SectorPercents[choice.Below(SectorPercents.Length)];
        SurvivingLengths = _pattern switch
        {
            SurvivalPattern.Nothing => 0,
            SurvivalPattern.Everything => changeCount,
            SurvivalPattern.Front => Math.Min(changeCount, _pivot + choice.Below(2)),
            _ => choice.Chance(50) ? changeCount : choice.Below(changeCount + 1),
        };
    }

    /// <summary>
    /// How many changes, from the first on, left their length: a file system journals lengths in order, whatever
    /// becomes of the bytes.
    /// </summary>
    internal int SurvivingLengths { get; }

    /// <summary>Fills in which sectors of a change survive.</summary>
    internal void Choose(int change, Span<bool> survives)
    {
        switch (_pattern)
        {
            case SurvivalPattern.Nothing:
                survives.Clear();
                break;
            case SurvivalPattern.Everything:
                survives.Fill(true);
                break;
            case SurvivalPattern.Front:
                survives.Fill(change < _pivot);
                if (change == _pivot)
                    survives[.._choice.Below(survives.Length + 1)].Fill(true);
                break;
            case SurvivalPattern.Back:
                survives.Fill(change > _pivot);
                if (change == _pivot)
                    survives[_choice.Below(survives.Length + 1)..].Fill(true);
                break;
            case SurvivalPattern.Hole:
                survives.Fill(true);
                if (change == _pivot && survives.Length > 0)
                    ChooseRun(survives).Clear();
                break;
            case SurvivalPattern.WholeChanges:
                survives.Fill(_choice.Chance(50));
                break;
            default:
                foreach (ref bool sector in survives)
                    sector = _choice.Chance(_sectorPercent);
                break;
        }
    }

    private Span<bool> ChooseRun(Span<bool> sectors)
    {
        int start = _choice.Below(sectors.Length);
        return sectors.Slice(start, 1 + _choice.Below(sectors.Length - start));
    }
}
