"""Predict how far diabetes will progress within a year.

A small Streamlit page over the diabetes data that scikit-learn carries: 442 patients, ten baseline
measurements, and a score of disease progression one year later (Efron et al., 2004).

    streamlit run app.py
"""

import io

import joblib
import numpy as np
import pandas as pd
import streamlit as st
from sklearn.datasets import load_diabetes
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# column in the data -> label, unit, slider step, explanation
MEASUREMENTS = {
    "age": ("Age", "years", 1.0, "Age at the first visit"),
    "bmi": ("Body mass index", "kg/m²", 0.1, "Weight over height squared"),
    "bp": ("Blood pressure", "mm Hg", 1.0, "Mean arterial pressure"),
    "s6": ("Blood sugar", "mg/dL", 1.0, "Fasting glucose"),
    "s1": ("Total cholesterol", "mg/dL", 1.0, "All cholesterol in serum"),
    "s2": ("LDL cholesterol", "mg/dL", 1.0, "The kind that clogs"),
    "s3": ("HDL cholesterol", "mg/dL", 1.0, "The kind that clears"),
    "triglycerides": ("Triglycerides", "mg/dL", 1.0, "Fat in serum"),
}
# what the bars of the second chart are called; columns that move together share one bar
GROUPS = {
    "age": "Age", "sex": "Sex", "bmi": "Body mass index", "bp": "Blood pressure",
    "s1": "Cholesterol", "s2": "Cholesterol", "s3": "Cholesterol", "s4": "Cholesterol",
    "s5": "Triglycerides", "s6": "Blood sugar",
}
TEAL, CORAL, GREY, INK = "#0f8b8d", "#e4572e", "#c9d3d8", "#7f8a91"


@st.cache_data
def load_patients():
    """The data in natural units, with triglycerides instead of their logarithm (s5)."""
    data = load_diabetes(as_frame=True, scaled=False)
    patients = data.data.assign(triglycerides=np.exp(data.data["s5"]))
    return patients, data.target.rename("progression")


@st.cache_resource
def train():
    """A ridge regression, and the spread of its errors on patients it has not seen."""
    patients, progression = load_patients()
    features = patients[list(GROUPS)]
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-1, 3, 21)))
    unseen = cross_val_predict(model, features, progression, cv=10)
    typical_error = float(np.median(np.abs(progression - unseen)))
    return model.fit(features, progression), typical_error


def ask_for_patient(patients):
    """Sliders in the side bar; returns one row with the columns the model was trained on."""
    st.sidebar.header("The patient")
    sex = st.sidebar.radio("Sex", [1, 2], horizontal=True,
                           help="As coded in the data, which does not say which is which")
    row = {"sex": float(sex)}
    for column, (label, unit, step, explanation) in MEASUREMENTS.items():
        low, middle, high = patients[column].quantile([0.0, 0.5, 1.0])
        row[column] = st.sidebar.slider(
            f"{label} ({unit})",
            min_value=float(np.floor(low)), max_value=float(np.ceil(high)),
            value=float(round(middle / step) * step), step=step,
            format="%.1f" if step < 1 else "%.0f", help=explanation)
    row["s4"] = row["s1"] / row["s3"]
    row["s5"] = np.log(row["triglycerides"])
    return pd.DataFrame([row])[list(GROUPS)]


def contributions(model, patient):
    """How many points each group of measurements adds, compared with the average patient."""
    points = model[0].transform(patient)[0] * model[-1].coef_
    summed = pd.Series(points, index=list(GROUPS)).groupby(GROUPS).sum()
    summed = summed.sort_values(ascending=False)
    return summed.rename_axis("measurement").reset_index(name="points")


def distribution_chart(progression, prediction):
    """A histogram of all patients; the bar in which the prediction falls stands out."""
    edges = np.arange(20, 361, 20)
    counts, _ = np.histogram(progression, bins=edges)
    bars = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "patients": counts})
    bars["here"] = (bars["from"] <= prediction) & (prediction < bars["to"])
    axis = {"title": "progression after one year", "grid": False, "values": edges[::2].tolist()}
    spec = {
        "height": 280,
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 2, "stroke": "white", "strokeWidth": 1},
                "encoding": {
                    "x": {"field": "from", "type": "quantitative", "axis": axis,
                          "scale": {"domain": [20, 360]}},
                    "x2": {"field": "to"},
                    "y": {"field": "patients", "type": "quantitative",
                          "axis": {"title": "patients", "tickCount": 4}},
                    "y2": {"datum": 0},
                    "color": {"condition": {"test": "datum.here", "value": TEAL},
                              "value": GREY},
                    "tooltip": [{"field": "from"}, {"field": "to"}, {"field": "patients"}],
                },
            },
            {
                "data": {"values": [{"x": prediction, "text": f"{prediction:.0f}"}]},
                "layer": [
                    {"mark": {"type": "rule", "color": CORAL, "strokeWidth": 2.5}},
                    {"mark": {"type": "text", "color": CORAL, "fontSize": 15,
                              "fontWeight": "bold", "align": "left", "dx": 6},
                     "encoding": {"text": {"field": "text"}, "y": {"value": 8}}},
                ],
                "encoding": {"x": {"field": "x", "type": "quantitative"}},
            },
        ],
        "config": {"view": {"stroke": None}},
    }
    st.vega_lite_chart(bars, spec)


def contribution_chart(parts):
    """Bars to the right raise the prediction, bars to the left lower it."""
    reach = max(30.0, float(parts["points"].abs().max()) * 1.25)
    spec = {
        "height": 280,
        "encoding": {
            "y": {"field": "measurement", "type": "nominal",
                  "sort": parts["measurement"].tolist(),
                  "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": 160,
                           "labelFontSize": 13}},
            "x": {"field": "points", "type": "quantitative",
                  "scale": {"domain": [-reach, reach]},
                  "axis": {"title": "points compared with the average patient",
                           "tickCount": 5}},
        },
        "layer": [
            {"mark": {"type": "bar", "cornerRadius": 3, "height": {"band": 0.65}},
             "encoding": {"color": {"condition": {"test": "datum.points > 0", "value": CORAL},
                                    "value": TEAL}}},
            {"transform": [{"filter": "datum.points >= 0"}],
             "mark": {"type": "text", "align": "left", "dx": 5, "color": INK},
             "encoding": {"text": {"field": "points", "format": "+.1f"}}},
            {"transform": [{"filter": "datum.points < 0"}],
             "mark": {"type": "text", "align": "right", "dx": -5, "color": INK},
             "encoding": {"text": {"field": "points", "format": "+.1f"}}},
        ],
        "config": {"view": {"stroke": None}},
    }
    st.vega_lite_chart(parts, spec)


def main():
    st.set_page_config(page_title="Diabetes progression", page_icon="🩺", layout="wide")
    st.title("Diabetes progression, one year ahead")
    st.write("Move the sliders to describe a patient. The model was trained on 442 patients "
             "whose disease was measured again after a year; 25 is hardly any progression, "
             "346 the most that was seen.")

    patients, progression = load_patients()
    model, typical_error = train()
    patient = ask_for_patient(patients)
    prediction = float(model.predict(patient)[0])
    average = float(progression.mean())
    below = 100 * float((progression < prediction).mean())

    first, second, third = st.columns(3)
    first.metric("Predicted progression", f"{prediction:.0f}",
                 f"{prediction - average:+.0f} against the average", delta_color="inverse")
    second.metric("Higher than", f"{below:.0f} % of patients")
    third.metric("Typical error", f"± {typical_error:.0f}",
                 help="Half of all predictions for unseen patients are closer than this "
                      "(ten-fold cross-validation).")

    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Where this patient stands")
        distribution_chart(progression, prediction)
    with right:
        st.subheader("What makes the difference")
        contribution_chart(contributions(model, patient))

    with st.expander("The patients behind the model"):
        labels = {column: f"{label} ({unit})"
                  for column, (label, unit, _, _) in MEASUREMENTS.items()}
        st.dataframe(patients[list(labels)].rename(columns=labels).round(1)
                     .assign(Progression=progression), height=280)
        saved = io.BytesIO()
        joblib.dump(model, saved)
        st.download_button("Download the model (joblib)", saved.getvalue(),
                           "diabetes-progression.joblib")
    st.caption("Data: Efron, Hastie, Johnstone, Tibshirani, “Least Angle Regression”, 2004. "
               "A demonstration, not medical advice.")


main()
